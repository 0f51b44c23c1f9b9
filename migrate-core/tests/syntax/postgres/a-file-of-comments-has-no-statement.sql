-- nothing
/* here */
;
