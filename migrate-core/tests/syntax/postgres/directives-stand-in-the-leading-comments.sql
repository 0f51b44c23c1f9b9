-- Copyright somebody
-- migrate(no-transaction)
/* licence
 * migrate(empty)
 */
SELECT 1;
