package peer;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.MapperFeature;
import com.fasterxml.jackson.databind.ObjectReader;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.time.DateTimeException;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.Currency;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** From a record's bytes to a valid sale. Checks types, formats and sums; not the guard for personal data. */
final class Reader {
    private static final Pattern IDENTIFIER = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._:/#~+-]{0,127}");
    private static final Pattern DECIMAL = Pattern.compile("-?(0|[1-9][0-9]{0,11})(\\.[0-9]{1,6})?");
    private static final Set<String> CHANNELS = Set.of("pos", "ecommerce", "marketplace", "phone", "crm");
    private static final Set<String> CURRENCIES =
            Currency.getAvailableCurrencies().stream().map(Currency::getCurrencyCode).collect(Collectors.toSet());
    private static final long QUARTER = 900;

    private final ObjectReader json = JsonMapper.builder()
            .propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
            .enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .disable(MapperFeature.ALLOW_COERCION_OF_SCALARS)
            .build()
            .readerFor(Event.class);
    private final Stores stores;

    Reader(Stores stores) {
        this.stores = stores;
    }

    /** The sale in a record's value; null where it is not valid or its store is unknown. */
    Sale read(byte[] value) {
        try {
            Event event = json.readValue(value);
            OffsetDateTime time = OffsetDateTime.parse(event.time());
            return valid(event) && stores.holds(event.storeId()) ? sale(event, time) : null;
        } catch (IOException | DateTimeException | NullPointerException refused) {
            return null;
        }
    }

    private static boolean valid(Event event) {
        if (!"1.0".equals(event.schemaVersion())
                || !"sale.completed".equals(event.type())
                || !identifier(event.source())
                || !identifier(event.eventId())
                || !identifier(event.orderId())
                || !identifier(event.storeId())
                || !CHANNELS.contains(event.channel())
                || !CURRENCIES.contains(event.currency())
                || event.lines().isEmpty()) {
            return false;
        }
        for (Event.Staff member : event.staff()) {
            if (!identifier(member.staffId())) {
                return false;
            }
        }
        long charged = 0;
        for (Event.Line line : event.lines()) {
            if (!valid(line)) {
                return false;
            }
            charged += line.amount() - line.discount() + (line.taxIncluded() ? 0 : line.tax());
        }
        return charged == event.charged();
    }

    private static boolean valid(Event.Line line) {
        return identifier(line.productId())
                && !line.category().isEmpty()
                && line.amount() == amount(line.unitPrice(), line.quantity())
                && line.amount() >= 0
                && line.discount() >= 0
                && line.discount() <= line.amount()
                && line.tax() >= 0
                && (!line.taxIncluded() || line.tax() <= line.amount() - line.discount());
    }

    private static boolean identifier(String text) {
        return IDENTIFIER.matcher(text).matches();
    }

    /** Unit price times quantity, rounded once, half away from zero. */
    private static long amount(JsonNode price, JsonNode quantity) {
        if (price.isIntegralNumber() && quantity.isIntegralNumber()) {
            return price.longValue() * quantity.longValue();
        }
        return exact(price).multiply(exact(quantity)).setScale(0, RoundingMode.HALF_UP).longValueExact();
    }

    private static BigDecimal exact(JsonNode number) {
        if (number.isIntegralNumber() || DECIMAL.matcher(number.textValue()).matches()) {
            return new BigDecimal(number.asText());
        }
        throw new DateTimeException("not a decimal");
    }

    private Sale sale(Event event, OffsetDateTime time) {
        long quarter = Math.floorDiv(time.toEpochSecond(), QUARTER) * QUARTER;
        String tail = "|" + stores.businessDate(event.storeId(), quarter) + "|" + event.currency();
        List<Sale.Posting> postings = new ArrayList<>(11);
        long net = 0;
        long tax = 0;
        long orders = 0;
        long units = 0;
        for (Event.Line line : event.lines()) {
            long lineNet = line.amount() - line.discount() - (line.taxIncluded() ? line.tax() : 0);
            long sold = line.amount() > 0 ? 1 : 0;
            long quantity = line.quantity().longValue();
            for (String name : List.of("product|" + line.productId() + tail, "category|" + line.category() + tail)) {
                // An order counts once for each product and category in it.
                boolean first = postings.stream().noneMatch(known -> known.name().equals(name));
                postings.add(new Sale.Posting(name, lineNet, line.tax(), first ? sold : 0, quantity));
            }
            net += lineNet;
            tax += line.tax();
            units += quantity;
            orders |= sold;
        }
        String region = event.region() == null ? stores.region(event.storeId()) : event.region();
        for (String name : List.of(
                "store|" + event.storeId(),
                "region|" + region,
                "channel|" + event.channel(),
                "staff|" + event.staff().get(0).staffId(),
                "store_quarter|" + event.storeId() + "|" + quarter)) {
            postings.add(new Sale.Posting(name + tail, net, tax, orders, units));
        }
        return new Sale(event.source() + "|" + event.eventId(), postings);
    }
}
