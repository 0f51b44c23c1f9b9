//! The library as others meet it: in packages of their own, outside of this workspace, built by cargo.

mod corpus;
mod outside;
mod packages;
mod readme;
