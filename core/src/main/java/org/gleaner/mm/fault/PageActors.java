package org.gleaner.mm.fault;

/// Who acts on the pages of processes besides the processes themselves and reclaim.
///
/// @param fork shows private memory at a second place
/// @param numaScan hides entries to see who uses them
/// @param fileClean makes files' pages clean before they are written
/// @param merge lets equal pages be one
/// @param collapse makes small pages a large folio
public record PageActors(
        Fork fork,
        NumaScan numaScan,
        FileClean fileClean,
        SamePageMerge merge,
        Collapse collapse) {}
