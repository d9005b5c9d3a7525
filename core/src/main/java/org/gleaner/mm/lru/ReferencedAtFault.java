package org.gleaner.mm.lru;

import static org.gleaner.mm.folio.FolioLayout.*;

/// 7.2: as 6.18, but a fault marks the folio referenced instead of active, so the first sighting
/// after it promotes.
final class ReferencedAtFault extends ReferencedFirst {
    @Override
    public long faulted(long state) {
        if ((state & WORKINGSET) != 0) {
            return state | ACTIVE;
        }
        return (state & REFERENCED) == 0 ? inced(state) : state;
    }

    @Override
    long keepsFromOldest() {
        return WORKINGSET | REFERENCED;
    }

    @Override
    public long sighted(long state) {
        if (!promotes(state)) {
            return state | REFERENCED;
        }
        if (refs(state) > 1) {
            return (state & ~(REFERENCED | REFS_MASK)) | WORKINGSET;
        }
        return inced(state);
    }

    @Override
    public boolean refaultActivates(boolean bit, boolean inFault) {
        return inFault && bit;
    }
}
