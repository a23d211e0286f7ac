/** The image that every node has. */
export const busyboxImage = "heddle.test/busybox:1";
