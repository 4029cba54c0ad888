        WHERE ('*' IN (${store:sqlstring}) OR store_id IN (${store:sqlstring}))
            AND ('*' IN (${region:sqlstring}) OR region IN (${region:sqlstring}))
