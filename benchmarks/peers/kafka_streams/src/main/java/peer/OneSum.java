package peer;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.state.KeyValueStore;

/** What is charged, by store: nothing is checked, and repeats count again. */
final class OneSum implements Processor<byte[], byte[], Void, Void> {
    private final ObjectMapper json = new ObjectMapper();
    private final Clock clock;
    private KeyValueStore<String, long[]> totals;

    OneSum(Clock clock) {
        this.clock = clock;
    }

    @Override
    public void init(ProcessorContext<Void, Void> context) {
        totals = context.getStateStore(Main.TOTALS);
    }

    @Override
    public void process(Record<byte[], byte[]> message) {
        try {
            JsonNode event = json.readTree(message.value());
            String store = event.get("store_id").textValue();
            long[] total = totals.get(store);
            totals.put(store, new long[] {(total == null ? 0 : total[0]) + event.get("charged").longValue()});
            clock.counted++;
        } catch (IOException refused) {
            clock.invalid++;
        }
        clock.tick();
    }
}
