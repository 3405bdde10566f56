//! A row group of a Parquet input, of which the columns are copied as they are stored.

use std::sync::Arc;

use copydesk_fetch::Bytes;
use parquet::errors::Result;
use parquet::file::metadata::{ParquetMetaData, RowGroupMetaData};
use parquet::file::reader::{ChunkReader, Length};
use parquet::schema::types::Type;

use super::guarded_file::{FileFrom, GuardedFile};

/// A row group of an input.
pub(crate) struct RowGroup {
    file: Arc<GuardedFile>,
    metadata: Arc<ParquetMetaData>,
    index: usize,
}

impl RowGroup {
    pub(super) fn new(
        file: Arc<GuardedFile>,
        metadata: Arc<ParquetMetaData>,
        index: usize,
    ) -> Self {
        Self { file, metadata, index }
    }

    /// Whether both are the same group of the same input.
    pub(crate) fn is(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.file, &other.file) && self.index == other.index
    }

    /// What the file says about the group.
    pub(crate) fn metadata(&self) -> Option<&RowGroupMetaData> {
        self.metadata.row_groups().get(self.index)
    }

    /// The number of its rows.
    pub(crate) fn rows(&self) -> u64 {
        self.metadata().and_then(|group| u64::try_from(group.num_rows()).ok()).unwrap_or(0)
    }

    /// The columns of the file.
    pub(crate) fn schema(&self) -> &Type {
        self.metadata.file_metadata().schema()
    }

    /// The stored bytes of the file.
    pub(crate) fn chunks(&self) -> StoredChunks {
        StoredChunks(Arc::clone(&self.file))
    }
}

impl std::fmt::Debug for RowGroup {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("RowGroup").field("index", &self.index).finish_non_exhaustive()
    }
}

/// The bytes of a file as they are stored. Nothing is inflated, so nothing is checked.
pub(crate) struct StoredChunks(Arc<GuardedFile>);

impl Length for StoredChunks {
    fn len(&self) -> u64 {
        self.0.len()
    }
}

impl ChunkReader for StoredChunks {
    type T = FileFrom;

    fn get_read(&self, start: u64) -> Result<FileFrom> {
        Ok(self.0.part(start))
    }

    fn get_bytes(&self, start: u64, length: usize) -> Result<Bytes> {
        self.0.read(start, length as u64)
    }
}
