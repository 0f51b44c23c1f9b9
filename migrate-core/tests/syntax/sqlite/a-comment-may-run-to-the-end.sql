SELECT 1; /* the rest
