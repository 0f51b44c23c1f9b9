CREATE TABLE events (
    id uuid DEFAULT gen_random_uuid() NOT NULL,
    happened_at timestamptz NOT NULL,
    kind smallint NOT NULL,
    actor_id bigint,
    payload jsonb,
    PRIMARY KEY (id, happened_at)
) PARTITION BY RANGE (happened_at);

CREATE TABLE events_2025 PARTITION OF events FOR VALUES FROM ('2025-01-01') TO ('2026-01-01');
CREATE TABLE events_rest PARTITION OF events DEFAULT;
CREATE INDEX events_actor_idx ON events (actor_id, kind);
ALTER TABLE events ADD CONSTRAINT events_kind CHECK (kind BETWEEN 0 AND 99);
ALTER TABLE events ADD FOREIGN KEY (actor_id) REFERENCES accounts (id);
