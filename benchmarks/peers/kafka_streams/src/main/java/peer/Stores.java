package peer;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.time.LocalTime;
import java.time.ZoneId;
import java.util.HashMap;
import java.util.Map;

/** The stores file: regions and business days. */
final class Stores {
    private record Place(String region, ZoneId zone, LocalTime cutoff) {}

    private record Moment(String store, long quarter) {}

    private final Map<String, Place> places = new HashMap<>();
    private final Map<Moment, String> days = new HashMap<>();

    Stores(Path file) throws IOException {
        for (JsonNode store : new ObjectMapper().readTree(file.toFile()).get("stores")) {
            JsonNode days = store.get("days");
            JsonNode rule = days.get(days.size() - 1);
            places.put(
                    store.get("store_id").asText(),
                    new Place(
                            store.get("region").asText(),
                            ZoneId.of(rule.get("zone").asText()),
                            LocalTime.parse(rule.get("cutoff").asText())));
        }
    }

    boolean holds(String store) {
        return places.containsKey(store);
    }

    String region(String store) {
        return places.get(store).region();
    }

    /** The business date of a quarter hour (epoch seconds) at a store. */
    String businessDate(String store, long quarter) {
        return days.computeIfAbsent(new Moment(store, quarter), moment -> {
            Place place = places.get(store);
            var local = Instant.ofEpochSecond(quarter).atZone(place.zone()).toLocalDateTime();
            return local.minusSeconds(place.cutoff().toSecondOfDay()).toLocalDate().toString();
        });
    }
}
