package peer;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;

/** A sale as it is published; unknown fields and wrong types are refused when it is read. */
record Event(
        String schemaVersion,
        String type,
        String source,
        String eventId,
        String time,
        String orderId,
        String storeId,
        String tillId,
        String channel,
        String revenueStream,
        String currency,
        String region,
        String campaign,
        String customer,
        List<Staff> staff,
        JsonNode reporting,
        boolean test,
        String businessDate,
        List<Line> lines,
        Long charged) {

    record Staff(String staffId, Integer share) {}

    /** Quantities and unit prices are integers, or exact decimals in strings. */
    record Line(
            String kind,
            String productId,
            String name,
            String category,
            JsonNode quantity,
            boolean weighed,
            JsonNode unitPrice,
            Long amount,
            long discount,
            long tax,
            boolean taxIncluded) {}
}
