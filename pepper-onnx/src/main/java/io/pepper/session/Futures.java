package io.pepper.session;

import java.util.concurrent.CompletableFuture;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/** What follows a future, where nobody waits for that. */
final class Futures {
    private Futures() {}

    /** Acts when a future is done; what it then throws is lost, as the action has to know. */
    @SuppressWarnings("FutureReturnValueIgnored")
    static <T> void whenDone(
            CompletableFuture<T> future, BiConsumer<? super @Nullable T, ? super @Nullable Throwable> action) {
        future.whenComplete(action);
    }

    /** Acts when a future is cancelled. */
    static void onCancel(CompletableFuture<?> future, Runnable action) {
        whenDone(future, (value, thrown) -> {
            if (future.isCancelled()) {
                action.run();
            }
        });
    }

    /** Completes a future with outputs, or closes these if nobody waits for them any more. */
    static void complete(
            CompletableFuture<RunOutputs> future, @Nullable RunOutputs outputs, @Nullable Throwable failure) {
        if (outputs == null) {
            future.completeExceptionally(failure == null ? new IllegalStateException("no outputs") : failure);
        } else if (!future.complete(outputs)) {
            outputs.close();
        }
    }
}
