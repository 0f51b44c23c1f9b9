SELECT $x$ a $$ b $X$;
