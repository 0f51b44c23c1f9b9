//! What statements do, with the servers as the oracle.





mod postgres;
mod sample;

