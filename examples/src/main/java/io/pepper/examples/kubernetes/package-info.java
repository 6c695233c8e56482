/** A host application: a plan as manifests for K3s and other Kubernetes. */
@NullMarked
package io.pepper.examples.kubernetes;

import org.jspecify.annotations.NullMarked;
