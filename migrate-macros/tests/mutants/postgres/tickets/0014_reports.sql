CREATE TABLE reports AS
SELECT p.slug, count(t.id) AS tickets, min(t.opened_at) AS first_opened
FROM projects p
JOIN tickets t ON t.project_id = p.id
GROUP BY p.slug;

ALTER TABLE reports ADD PRIMARY KEY (slug);
ALTER TABLE reports ALTER COLUMN tickets SET NOT NULL;

INSERT INTO reports (slug, tickets, first_opened)
VALUES ('none', 0, now())
ON CONFLICT (slug) DO UPDATE SET tickets = excluded.tickets;

DELETE FROM reports r USING projects p
WHERE p.slug = r.slug AND p.archived_at < now() - interval '1 year';

CREATE VIEW report_lines AS
SELECT r.slug, r.tickets, coalesce(p.title, r.slug) AS title
FROM reports r
LEFT JOIN projects p USING (slug);
