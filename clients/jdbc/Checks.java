import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;

/** Runs every method of the classes that are named, each a check, and prints `ok NAME` or `failed NAME: REASON`. */
public final class Checks {
    public static void main(String[] classes) throws Exception {
        for (String name : classes) {
            for (Method method : Class.forName(name).getDeclaredMethods()) {
                if (method.isSynthetic() || java.lang.reflect.Modifier.isPrivate(method.getModifiers())) {
                    continue;
                }
                try {
                    method.invoke(null);
                    System.out.println("ok " + method.getName());
                } catch (InvocationTargetException thrown) {
                    Throwable cause = thrown.getCause();
                    StackTraceElement place = null;
                    for (StackTraceElement each : cause.getStackTrace()) {
                        if (each.getClassName().equals(name)) {
                            place = each;
                            break;
                        }
                    }
                    String reason = cause + (place == null ? "" : " at " + place.getFileName() + ":" + place.getLineNumber());
                    System.out.println("failed " + method.getName() + ": " + reason.replaceAll("\\s+", " "));
                }
            }
        }
        System.exit(0); // whatever threads a check left
    }
}
