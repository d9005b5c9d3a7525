package org.gleaner.mm.notifier;

/// The young query of one generation of the notifier API, offered by a subscriber beside the
/// baseline operations of [MmuNotifier].
///
/// | generation | interface | bitmap | answer |
/// |---|---|---|---|
/// | baseline | [MmuNotifier] | none | any young |
/// | v1 | [FlipBitmapYoung] | in: clear this, out: toggled if young | handled or not |
/// | v2 | [PredicateBitmapYoung] | test: out, clear: in | LOCKLESS, YOUNG |
/// | v3 | [SplitBitmapYoung] | test: out, clear: in | YOUNG, UNRELIABLE, FAST |
/// | v5 | [FastOnlyYoung] | none | FAST_YOUNG, FAST_FAILED |
/// | v6 | [FastOnlyFlagYoung] | none | any young |
/// | two bitmaps | [TwoBitmapYoung] | young out, predicate in | any young |
///
/// The merged form of the series is the baseline again. Each interface states its contract and
/// holds the loop over all subscribers. Bit positions are those of [YoungBitmapLayout] everywhere.
public interface YoungGeneration {}
