    scope AS
    (
        SELECT
            store_id, name, region, cutoff_seconds, today,
            if(${date:sqlstring} = 'today', today, toDateOrZero(${date:sqlstring})) AS day,
            if(day < today, 86400, if(day > today, 0, now_second)) AS until_second
        FROM stores
{% include "parts/chosen_stores.sql" %}
    )
