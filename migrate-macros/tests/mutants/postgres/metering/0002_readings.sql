CREATE TABLE readings (
    serial_no text NOT NULL REFERENCES meters (serial_no),
    read_at timestamptz NOT NULL,
    reading numeric(14, 3) NOT NULL,
    estimated boolean NOT NULL DEFAULT false,
    PRIMARY KEY (serial_no, read_at)
) PARTITION BY RANGE (read_at);
CREATE TABLE readings_2024 PARTITION OF readings FOR VALUES FROM ('2024-01-01') TO ('2025-01-01');
CREATE TABLE readings_2025 (LIKE readings);
ALTER TABLE readings ATTACH PARTITION readings_2025 FOR VALUES FROM ('2025-01-01') TO ('2026-01-01');
CREATE INDEX readings_estimated ON readings (read_at) WHERE estimated;

CREATE FUNCTION latest(meter text) RETURNS numeric LANGUAGE sql STABLE AS $$
    SELECT r.reading FROM readings r WHERE r.serial_no = meter ORDER BY r.read_at DESC LIMIT 1
$$;
