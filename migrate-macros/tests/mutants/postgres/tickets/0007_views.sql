CREATE VIEW open_tickets AS
SELECT t.id, t.subject, t.priority, p.slug, a.display_name AS reporter
FROM tickets t
JOIN projects p ON p.id = t.project_id
LEFT JOIN accounts a ON a.id = t.reporter_id
WHERE t.closed_at IS NULL;

CREATE VIEW project_activity AS
SELECT p.id AS project_id, p.title, count(c.id) AS comments, max(c.written_at) AS last_comment
FROM projects p
LEFT JOIN tickets t ON t.project_id = p.id
LEFT JOIN ticket_comments c ON c.ticket_id = t.id
GROUP BY p.id, p.title
HAVING count(t.id) > 0
ORDER BY last_comment DESC NULLS LAST;

CREATE MATERIALIZED VIEW busy_accounts AS
WITH written AS (
    SELECT author_id, count(*) AS comments
    FROM ticket_comments
    WHERE NOT edited
    GROUP BY author_id
)
SELECT a.id, a.email, w.comments
FROM accounts a
JOIN written w ON w.author_id = a.id
WHERE w.comments > 10;

CREATE UNIQUE INDEX busy_accounts_id ON busy_accounts (id);
