ALTER TABLE tickets ENABLE ROW LEVEL SECURITY;
CREATE POLICY tickets_of_members ON tickets
    USING (EXISTS (SELECT 1 FROM memberships m WHERE m.project_id = tickets.project_id));
CREATE POLICY tickets_insert ON tickets FOR INSERT
    WITH CHECK (priority < 5 AND reporter_id IS NOT NULL);
ALTER POLICY tickets_insert ON tickets RENAME TO tickets_new;
GRANT SELECT ON open_tickets, project_activity TO PUBLIC;
REVOKE ALL ON billing.invoices FROM PUBLIC;
