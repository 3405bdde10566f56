//! Inputs for tests.

use std::fs;
use std::io::Write;
use std::path::Path;
use std::sync::Arc;

use parquet::basic::Compression;
use parquet::data_type::{ByteArray, ByteArrayType, Int64Type};
use parquet::file::properties::WriterProperties;
use parquet::file::writer::SerializedFileWriter;
use parquet::schema::parser::parse_message_type;

use crate::sources::{InputUnit, Inputs, LoadedPage, PageTask, SourceOptions};

/// The unit of a file with this content.
pub(super) fn unit(folder: &Path, name: &str, content: impl AsRef<[u8]>) -> InputUnit {
    let path = folder.join(name);
    fs::write(&path, content).unwrap();
    Inputs::new([path]).units().next().unwrap()
}

/// The pages of a file with this content, loaded.
pub(super) fn pages(
    name: &str,
    content: impl AsRef<[u8]>,
    options: &SourceOptions,
) -> Vec<LoadedPage> {
    let folder = tempfile::tempdir().unwrap();
    let unit = unit(folder.path(), name, content);
    unit.tasks(options).map(|job| load(job, options)).collect()
}

/// The page of a task, with its source without the folder.
pub(super) fn load(job: PageTask, options: &SourceOptions) -> LoadedPage {
    let mut page = job.load(options);
    page.source = page.source.rsplit('/').next().unwrap().to_owned();
    page
}

/// The bytes of a page as text, or the kind of its error.
pub(super) fn described(page: &LoadedPage) -> String {
    match &page.error {
        Some(error) => format!("{}: {}", error.kind, error.concerns),
        None => String::from_utf8_lossy(&page.bytes).into_owned(),
    }
}

pub(super) fn gzip(data: impl AsRef<[u8]>) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    encoder.write_all(data.as_ref()).unwrap();
    encoder.finish().unwrap()
}

pub(super) fn zstd(data: impl AsRef<[u8]>) -> Vec<u8> {
    zstd::stream::encode_all(data.as_ref(), 1).unwrap()
}

/// A record of an archive.
pub(super) fn record(kind: &str, uri: &str, content_type: &str, content: &[u8]) -> Vec<u8> {
    let mut record = format!(
        "WARC/1.0\r\nWARC-Type: {kind}\r\nWARC-Target-URI: {uri}\r\nWARC-Date: 2024-06-01T12:00:00Z\r\n\
         WARC-Record-ID: <urn:uuid:{uri}>\r\nContent-Type: {content_type}\r\nContent-Length: {}\r\n\r\n",
        content.len()
    )
    .into_bytes();
    record.extend(content);
    record.extend(b"\r\n\r\n");
    record
}

/// A `response` record with this status, these headers and this body.
pub(super) fn response(uri: &str, status: u16, headers: &str, body: &[u8]) -> Vec<u8> {
    let mut answer = format!("HTTP/1.1 {status} X\r\n{headers}\r\n").into_bytes();
    answer.extend(body);
    record("response", uri, "application/http; msgtype=response", &answer)
}

/// A Parquet file with the columns `id` and `html` in these row groups.
pub(super) fn parquet(groups: &[&[&str]], compression: Compression) -> Vec<u8> {
    let schema =
        parse_message_type("message m { required int64 id; optional binary html (UTF8); }")
            .unwrap();
    let properties = Arc::new(WriterProperties::builder().set_compression(compression).build());
    let mut file = SerializedFileWriter::new(Vec::new(), Arc::new(schema), properties).unwrap();
    let mut id = 0;
    for group in groups {
        let mut rows = file.next_row_group().unwrap();
        let ids: Vec<i64> = group
            .iter()
            .map(|_| {
                id += 1;
                id
            })
            .collect();
        let mut column = rows.next_column().unwrap().unwrap();
        column.typed::<Int64Type>().write_batch(&ids, None, None).unwrap();
        column.close().unwrap();
        let pages: Vec<ByteArray> = group.iter().map(|page| (*page).into()).collect();
        let mut column = rows.next_column().unwrap().unwrap();
        let levels = vec![1; pages.len()];
        column.typed::<ByteArrayType>().write_batch(&pages, Some(&levels), None).unwrap();
        column.close().unwrap();
        rows.close().unwrap();
    }
    file.into_inner().unwrap()
}
