//! Against a real S3 service.

#[cfg(test)]
mod bucket;
