    -- Where nothing narrows a single business date down, totals of all stores together answer, and else the lines.
    (
        SELECT '*' IN (${store:sqlstring}) AND '*' IN (${region:sqlstring}) AND '*' IN (${channel:sqlstring})
            AND uniqExact(day) = 1
        FROM scope
    ) AS whole
