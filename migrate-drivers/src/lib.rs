//! migrate-drivers
