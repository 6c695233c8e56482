package io.pepper.distributed.internal.control;

import com.google.protobuf.ByteString;
import com.google.protobuf.MessageLite;
import io.pepper.distributed.internal.proto.Signed;
import java.io.IOException;
import java.security.SecureRandom;
import java.util.Optional;

/**
 * The proofs of who sent a message: signatures if the cluster is secured, none otherwise. Thread-safe.
 *
 * @param identity the certificate of this member; empty without security
 */
record Proofs(Optional<Identity> identity) {
    private static final int NONCE_BYTES = 24;
    private static final SecureRandom RANDOM = new SecureRandom();

    /** Returns unpredictable bytes. */
    static ByteString nonce() {
        byte[] bytes = new byte[NONCE_BYTES];
        RANDOM.nextBytes(bytes);
        return ByteString.copyFrom(bytes);
    }

    Signed sign(MessageLite body) {
        return identity.map(own -> own.sign(body))
                .orElseGet(
                        () -> Signed.newBuilder().setBody(body.toByteString()).build());
    }

    /**
     * Returns the proven name of the sender; empty without security.
     *
     * @throws IOException if the proof is missing or wrong
     */
    Optional<String> signer(Signed message) throws IOException {
        return identity.isPresent() ? Optional.of(identity.get().signer(message)) : Optional.empty();
    }

    /**
     * Checks that the sender of a message has the name that the message states.
     *
     * @throws IOException if the sender has no proof of this name
     */
    void check(Signed message, String stated) throws IOException {
        Optional<String> signer = signer(message);
        if (signer.isPresent() && !signer.get().equals(stated)) {
            throw new IOException(
                    "'" + stated + "' has a certificate of '" + signer.get() + "': the names must be the same");
        }
    }
}
