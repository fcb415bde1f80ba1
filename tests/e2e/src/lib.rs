//! Tests of the whole app from outside.
