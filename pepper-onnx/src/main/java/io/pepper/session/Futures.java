package io.pepper.session;

import java.util.concurrent.CompletableFuture;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/** Actions on futures that no caller waits for. */
final class Futures {
    private Futures() {}

    /** Runs an action when a future is done. Exceptions of the action are lost, so that it must handle them itself. */
    @SuppressWarnings("FutureReturnValueIgnored")
    static <T> void whenDone(
            CompletableFuture<T> future, BiConsumer<? super @Nullable T, ? super @Nullable Throwable> action) {
        future.whenComplete(action);
    }

    /** Runs an action when a future is cancelled. */
    static void onCancel(CompletableFuture<?> future, Runnable action) {
        whenDone(future, (value, thrown) -> {
            if (future.isCancelled()) {
                action.run();
            }
        });
    }

    /** Completes a future with outputs, or closes them if it is already done. */
    static void complete(
            CompletableFuture<RunOutputs> future, @Nullable RunOutputs outputs, @Nullable Throwable failure) {
        if (outputs == null) {
            future.completeExceptionally(failure == null ? new IllegalStateException("no outputs") : failure);
        } else if (!future.complete(outputs)) {
            outputs.close();
        }
    }
}
