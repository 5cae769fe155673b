//! Indexes that last: kept up to date, killed while they are built, damaged, or in a cluster.

mod bounded;
// What is in a cluster is served, too.
#[cfg(all(feature = "cluster", feature = "serve"))]
mod cluster;
mod crash;
mod damage;
#[cfg(target_os = "linux")]
mod points;
mod series;
mod trust;
mod update;
