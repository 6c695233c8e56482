/** What a piece of a model asks of a device, and how long the device will take. */
@NullMarked
package io.pepper.workload;

import org.jspecify.annotations.NullMarked;
