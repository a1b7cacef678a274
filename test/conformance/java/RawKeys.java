import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import javax.crypto.KeyGenerator;
import javax.crypto.SecretKey;

/** Master keys of one run, for objects whose data key no KMS has wrapped. */
final class RawKeys {
    private static SecretKey aes;
    private static KeyPair rsa;

    private RawKeys() {}

    static synchronized SecretKey aes() {
        try {
            if (aes == null) {
                KeyGenerator generator = KeyGenerator.getInstance("AES");
                generator.init(256);
                aes = generator.generateKey();
            }
            return aes;
        } catch (GeneralSecurityException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    static synchronized KeyPair rsa() {
        try {
            if (rsa == null) {
                KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
                generator.initialize(2048);
                rsa = generator.generateKeyPair();
            }
            return rsa;
        } catch (GeneralSecurityException impossible) {
            throw new IllegalStateException(impossible);
        }
    }
}
