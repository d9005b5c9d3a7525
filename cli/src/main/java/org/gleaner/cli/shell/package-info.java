/// What shells and `man` are told of the commands, written from picocli's model of them: completion
/// for bash, zsh and fish, and manual pages.
///
/// No command, option or word of a description may be named here: whatever a command's own class
/// says is what is shown.
@NullMarked
package org.gleaner.cli.shell;

import org.jspecify.annotations.NullMarked;
