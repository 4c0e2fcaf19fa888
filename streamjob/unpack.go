package streamjob

import (
	"archive/tar"
	"archive/zip"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
)

// unpack makes the folder dir with what is in an archive. What is none by its name is
// linked as it is.
func unpack(archive, dir string) error {
	switch name := strings.ToLower(archive); {
	case strings.HasSuffix(name, ".zip"), strings.HasSuffix(name, ".jar"):
		return unpackZip(archive, dir)
	case strings.HasSuffix(name, ".tar.gz"), strings.HasSuffix(name, ".tgz"), strings.HasSuffix(name, ".tar"):
		return unpackTar(archive, dir, !strings.HasSuffix(name, ".tar"))
	}
	return os.Symlink(archive, dir)
}

func unpackZip(archive, dir string) error {
	r, err := zip.OpenReader(archive)
	if err != nil {
		return err
	}
	defer r.Close()
	if err := os.MkdirAll(dir, 0o777); err != nil {
		return err
	}
	for _, file := range r.File {
		if strings.HasSuffix(file.Name, "/") {
			err = makeFolder(dir, file.Name)
		} else {
			err = unpackZipFile(file, dir)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func unpackZipFile(file *zip.File, dir string) error {
	in, err := file.Open()
	if err != nil {
		return err
	}
	defer in.Close()
	return writeFile(in, dir, file.Name, file.Mode())
}

func unpackTar(archive, dir string, zipped bool) error {
	file, err := os.Open(archive)
	if err != nil {
		return err
	}
	defer file.Close()
	var in io.Reader = file
	if zipped {
		if in, err = gzip.NewReader(file); err != nil {
			return err
		}
	}
	if err := os.MkdirAll(dir, 0o777); err != nil {
		return err
	}
	for r := tar.NewReader(in); ; {
		header, err := r.Next()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err == nil {
			err = unpackTarFile(r, header, dir)
		}
		if err != nil {
			return err
		}
	}
}

func unpackTarFile(r io.Reader, header *tar.Header, dir string) error {
	switch header.Typeflag {
	case tar.TypeDir:
		return makeFolder(dir, header.Name)
	case tar.TypeReg:
		return writeFile(r, dir, header.Name, header.FileInfo().Mode())
	case tar.TypeSymlink:
		if !filepath.IsLocal(filepath.Dir(header.Name) + "/" + header.Linkname) {
			return fmt.Errorf("the link %s leads out of the archive", header.Name)
		}
		name, err := inside(dir, header.Name)
		if err != nil {
			return err
		}
		return link(header.Linkname, name)
	}
	return nil
}

// inside returns the path of a file of an archive, which must not lead out of its folder.
func inside(dir, name string) (string, error) {
	local := filepath.FromSlash(name)
	if !filepath.IsLocal(local) {
		return "", fmt.Errorf("the file %s leads out of the archive", name)
	}
	return filepath.Join(dir, local), nil
}

func makeFolder(dir, name string) error {
	folder, err := inside(dir, strings.TrimSuffix(name, "/"))
	if err != nil {
		return err
	}
	return os.MkdirAll(folder, 0o777)
}

func writeFile(in io.Reader, dir, name string, mode os.FileMode) error {
	path, err := inside(dir, name)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
		return err
	}
	out, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, mode.Perm()|0o400)
	if err != nil {
		return err
	}
	_, err = io.Copy(out, in)
	if closeErr := out.Close(); err == nil {
		err = closeErr
	}
	return err
}
