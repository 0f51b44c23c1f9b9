SELECT 1a, 2e, 3e5, 4.5, 0x1F, 1e+5, $a, 5$ FROM 6t;
