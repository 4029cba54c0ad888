-- One row that differs whenever an alert has changed.
SELECT count(), sum(version) FROM alerts
