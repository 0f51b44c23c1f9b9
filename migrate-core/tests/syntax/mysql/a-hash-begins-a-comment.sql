# ;
SELECT 1 # ;
; #