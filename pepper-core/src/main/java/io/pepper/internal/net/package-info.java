/** Protection of servers, for the modules of this library only: certificates, callers, and limits of time. */
@NullMarked
package io.pepper.internal.net;

import org.jspecify.annotations.NullMarked;
