//! One module for each format that can be read.

pub mod apple_health;
pub mod brethap;
pub mod health_connect;
pub mod insight_timer;
pub mod insight_timer_journal;
pub mod meditate;
pub mod meditation_assistant;
pub mod own;
pub mod tao;
pub mod waking_up;
pub mod zafu_csv;
pub mod zafu_json;
