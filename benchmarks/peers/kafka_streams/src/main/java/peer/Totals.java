package peer;

import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.state.KeyValueStore;

/** Counts a sale once into every total that it belongs to. */
final class Totals implements Processor<byte[], byte[], Void, Void> {
    private final Reader reader;
    private final Clock clock;
    private KeyValueStore<String, long[]> totals;
    private KeyValueStore<String, byte[]> seen;

    Totals(Reader reader, Clock clock) {
        this.reader = reader;
        this.clock = clock;
    }

    @Override
    public void init(ProcessorContext<Void, Void> context) {
        totals = context.getStateStore(Main.TOTALS);
        seen = context.getStateStore(Main.SEEN);
    }

    @Override
    public void process(Record<byte[], byte[]> message) {
        Sale sale = reader.read(message.value());
        if (sale == null) {
            clock.invalid++;
        } else if (seen.putIfAbsent(sale.identity(), Main.PRESENT) != null) {
            clock.repeats++;
        } else {
            for (Sale.Posting posting : sale.postings()) {
                add(posting);
            }
            clock.counted++;
        }
        clock.tick();
    }

    private void add(Sale.Posting posting) {
        long[] total = totals.get(posting.name());
        if (total == null) {
            total = new long[4];
        }
        total[0] += posting.net();
        total[1] += posting.tax();
        total[2] += posting.orders();
        total[3] += posting.units();
        totals.put(posting.name(), total);
    }
}
