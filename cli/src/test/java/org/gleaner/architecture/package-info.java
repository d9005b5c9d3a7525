/// The rules of the house, as tests over the compiled classes of all modules.
///
/// Here because the command line is the only module that sees all the others. What may enter: rules
/// about who may use whom and what things may be called. What may not: tests of behaviour.
@NullMarked
package org.gleaner.architecture;

import org.jspecify.annotations.NullMarked;
