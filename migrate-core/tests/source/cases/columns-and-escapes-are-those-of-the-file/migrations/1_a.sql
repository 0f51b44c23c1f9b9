	SELECT 'ä‮', 'open [31m
