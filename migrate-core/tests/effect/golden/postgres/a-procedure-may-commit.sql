create procedure p() language plpgsql as $$ begin commit; end $$;
create procedure q() language plpgsql as $$ begin perform 1; end $$;
-- ====
call p();
call q();
vacuum;
