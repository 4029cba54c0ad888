-- What boards and people read: every repeated insert is folded away here.
CREATE VIEW counted_lines AS
SELECT *
FROM lines FINAL
WHERE (epoch, partition, offset) NOT IN (SELECT epoch, partition, offset FROM outcomes);

CREATE VIEW merged_totals AS
SELECT
    t.book AS book,
    t.business_date AS business_date,
    t.currency AS currency,
    t.dimension AS dimension,
    t.key AS key,
    sum(t.gross) AS gross,
    sum(t.discounts) AS discounts,
    sum(t.reversals) AS reversals,
    sum(t.tax) AS tax,
    sum(t.shipping) AS shipping,
    sum(t.tips) AS tips,
    sum(t.fees) AS fees,
    sum(t.gift_cards) AS gift_cards,
    sum(t.adjustments) AS adjustments,
    sum(t.orders) AS orders,
    sum(t.zero_value_orders) AS zero_value_orders,
    sum(t.units) AS units,
    sum(t.returned_units) AS returned_units,
    sum(t.reversals_shift) AS reversals_shift,
    sum(t.tax_shift) AS tax_shift,
    sum(t.shipping_shift) AS shipping_shift,
    sum(t.tips_shift) AS tips_shift,
    sum(t.fees_shift) AS fees_shift,
    sum(t.gift_cards_shift) AS gift_cards_shift,
    sum(t.adjustments_shift) AS adjustments_shift,
    sum(t.returned_units_shift) AS returned_units_shift
FROM totals AS t FINAL
GROUP BY t.book, t.business_date, t.currency, t.dimension, t.key;
