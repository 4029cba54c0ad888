{# Cases of the stores and regions that are chosen; those about all stores always. #}
('*' IN (${store:sqlstring}) OR store_id IN (${store:sqlstring}) OR store_id = '')
            AND ('*' IN (${region:sqlstring}) OR region IN (${region:sqlstring}) OR region = '')
