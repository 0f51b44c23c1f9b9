SELECT E'a' -- x
  'b\'; c'; SELECT E'a' 'b\'; SELECT E'a' /* x */
'b\';
