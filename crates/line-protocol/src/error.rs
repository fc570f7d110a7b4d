//! Errors of writing names, values and lines.

/// Errors of writing names, values and lines.
///
/// It has no text, so that it is cheap to return; the caller adds the name of the column.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// An empty measurement, tag key or field key.
    #[error("the name is empty")]
    EmptyName,
    /// A measurement that begins with `#`. The line would be read as a comment, and no escape prevents it.
    #[error("a measurement cannot begin with `#`")]
    CommentMark,
    /// A control character in a name or tag value. String fields may contain them.
    #[error("control characters are allowed in string fields only")]
    ControlCharacter,
    /// A name or tag value with a backslash at the end, which would escape the separator after it.
    #[error("a name or tag value cannot end in a backslash")]
    TrailingBackslash,
    /// A name created by [`Name::measurement`](crate::Name::measurement) used as a key, or the other way round.
    #[error("the name is escaped for another part of the line")]
    MisplacedName,
    /// A tag without a value. A tag that is absent is left out.
    #[error("the tag value is empty")]
    EmptyTagValue,
    /// A second tag of the same key on one line.
    #[error("the tag is on the line already")]
    DuplicateTag,
    /// A tag after the first field, where the format has no place for one.
    #[error("a tag must come before the fields")]
    TagAfterField,
    /// A float that is NaN or infinite.
    #[error("the number is not finite")]
    NotFinite,
    /// A line without a field.
    #[error("the line has no field")]
    NoField,
}
