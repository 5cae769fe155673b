//! What is read of files: the same from every format, and what is wrong with them is said.

mod bad_input;
#[cfg(all(
    feature = "archives",
    feature = "docx",
    feature = "epub",
    feature = "html",
    feature = "mail",
    feature = "odt",
    feature = "pdf",
    feature = "xlsx"
))]
mod containers;
#[cfg(all(feature = "docx", feature = "html", feature = "pdf"))]
mod formats;
#[cfg(feature = "pdf")]
mod letters;
#[cfg(all(feature = "docx", feature = "html", feature = "pdf"))]
mod lists;
#[cfg(all(
    unix,
    feature = "archives",
    feature = "docx",
    feature = "html",
    feature = "ocr",
    feature = "odt",
    feature = "pdf"
))]
mod ocr;
mod pages;
#[cfg(all(feature = "docx", feature = "html", feature = "pdf"))]
mod reading;
