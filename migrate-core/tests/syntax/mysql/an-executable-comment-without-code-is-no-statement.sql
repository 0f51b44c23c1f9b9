/*! */; SELECT 1;
