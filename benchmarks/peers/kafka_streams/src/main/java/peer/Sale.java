package peer;

import java.util.List;

/** A valid sale: who it is, and what it adds to which total. */
record Sale(String identity, List<Posting> postings) {
    record Posting(String name, long net, long tax, long orders, long units) {}
}
